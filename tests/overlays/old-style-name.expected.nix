{ stdenv, fetchurl }:
let version = "2.0.0"; in
stdenv.mkDerivation {
  name = "tool-${version}";
  src = fetchurl {
    url = "https://example.org/tool-${version}.tar.gz";
    sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
  };
}
