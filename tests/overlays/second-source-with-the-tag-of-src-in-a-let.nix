{ stdenv, fetchFromGitHub }:
let
  version = "1.2.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    rev = "v${version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  data = fetchFromGitHub { repo = "data"; owner = src.owner; rev = src.rev; hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM="; };
in
stdenv.mkDerivation {
  pname = "tool";
  inherit version src;
  postPatch = "cp -r ${data} data";
}
