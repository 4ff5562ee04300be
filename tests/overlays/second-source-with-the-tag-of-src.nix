{ stdenv, fetchFromGitHub }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "1.2.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tool";
    tag = "v1.2.0"; # of both
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  data = fetchFromGitHub {
    inherit (finalAttrs.src) owner tag;
    repo = "data";
    hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
  };
  postPatch = "cp -r ${finalAttrs.data} data";
})
