final: prev:
let
  sources.tool = rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub { owner = "example"; repo = "tool"; rev = "v${version}"; sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
  };
in
{
  tool = prev.buildRustPackage (sources.tool // { cargoHash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE="; });
  # its own, whole
  other-tool = prev.mkDerivation { pname = "other-tool"; version = "1.2.0"; src = prev.fetchurl { url = "https://example.org/1.2.0.zip"; hash = "sha256-IRoq5NsY5iNTQTCfcBp9u+FIIDCZmTSrj7UtpN3GbDg="; }; };
}
