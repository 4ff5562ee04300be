final: prev:
let
  version = "2.0.0";
  base = "https://github.com/owner/tool/releases/download";
in
{
  tool = prev.stdenv.mkDerivation (finalAttrs: {
    pname = "tool";
    inherit version;
    src = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v${version}/Tool_${version}_linux.tgz";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
}
