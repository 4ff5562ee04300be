{ stdenv, fetchhg }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = "1.2.0";
  src = fetchhg {
    url = "https://hg.example/tool";
    rev = "v${version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
}
