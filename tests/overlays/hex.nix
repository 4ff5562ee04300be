{ stdenv, fetchHex }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = "1.2.0";
  src = fetchHex {
    pkg = pname;
    inherit version;
    sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
}
