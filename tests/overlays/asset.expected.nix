{ stdenv, fetchurl }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = "2.0.0";
  src = fetchurl {
    url = "https://github.com/owner/tool/releases/download/v${version}/Tool_${version}_linux.tgz";
    hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
