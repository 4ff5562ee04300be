# The packages of one repository: each builds a part of it, and has a hash of its own.
final: prev: {
  tool = prev.buildGoModule (finalAttrs: {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "example";
      repo = "tool";
      tag = "v${finalAttrs.version}";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    vendorHash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
  });

  tool-ui = prev.buildNpmPackage {
    pname = "tool-ui";
    inherit (final.tool) version src;
    npmDepsHash = "sha256-GHHZU1MN0yKtAGSz31h40ECvZ4527o8Wk7h4EqlYIJY=";
  };

  # untouched
  other-tool = prev.mkDerivation rec {
    pname = "other-tool";
    version = "1.2.0";
    src = prev.fetchurl {
      url = "https://example.org/other-${version}.tar.gz";
      hash = "sha256-tNUYKDbBfD39sHnt05BQBYJ9/bmQLdPYdl2c1XYx5YM=";
    };
  };
}
