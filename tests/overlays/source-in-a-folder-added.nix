{ stdenv, fetchFromGitHub }:
stdenv.mkDerivation (finalAttrs: {
  pname = "tool";
  version = "1.2.0";
  root = fetchFromGitHub {
    name = "root";
    owner = "owner";
    repo = "tool";
    tag = "v${finalAttrs.version}";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  src = finalAttrs.root + "/libs";
})
