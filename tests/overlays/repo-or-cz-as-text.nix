{ stdenv, fetchFromRepoOrCz }:
stdenv.mkDerivation {
  pname = "tool";
  version = "1.2.0";

  src = fetchFromRepoOrCz {
    repo = "tool";
    rev = "v1.2.0";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  # the version 1.2.0 is the first that has it
  doCheck = true;
}
