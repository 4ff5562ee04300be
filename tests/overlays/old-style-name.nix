{ stdenv, fetchurl }:
let version = "1.2.0"; in
stdenv.mkDerivation {
  name = "tool-${version}";
  src = fetchurl {
    url = "https://example.org/tool-${version}.tar.gz";
    sha256 = "1m7vriii57inah592zbsa567fpirjjp1wmkvn1a7xxps6rbnp86b";
  };
}
