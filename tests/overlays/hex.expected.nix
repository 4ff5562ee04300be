{ stdenv, fetchHex }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = "2.0.0";
  src = fetchHex {
    pkg = pname;
    inherit version;
    sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
