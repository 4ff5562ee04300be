{ stdenv, fetchFromGitHub }:
stdenv.mkDerivation rec {
  pname = "tool";
  version = src.rev; # as it is
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    rev = "v1.2.0";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
}
