final: prev:
let
  inherit (prev) buildGoModule buildRustPackage;

  tool = buildGoModule rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "example"; repo = "tool"; rev = "v" + version;
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    vendorHash = null;
  };
in
{
  inherit tool;
  tool-core = buildRustPackage {
    pname = "tool-core";
    inherit (tool) src version;
    cargoHash = "sha256-GHHZU1MN0yKtAGSz31h40ECvZ4527o8Wk7h4EqlYIJY=";
  };
  tool-data = prev.mkDerivation {
    pname = "tool-data";
    inherit (tool) version;
    src = prev.fetchurl {
      url = "https://example.org/data-${tool.version}.tar.gz";
      hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
    };
  };
}
