{ lib, mkDerivation, fetchFromGitHub }:
mkDerivation (finalAttrs: {
  pname = "tool";
  version = "1.2.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tools";
    rev = "refs/tags/@owner/${finalAttrs.pname}@${finalAttrs.version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
})
