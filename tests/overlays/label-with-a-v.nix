{ stdenv, fetchFromGitHub }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = "v1.2.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    tag = version;
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
}
