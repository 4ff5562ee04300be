{ lib, mkDerivation, fetchFromGitHub }:
mkDerivation {
  pname = "tool";
  version = "1.2.0";
  src = fetchFromGitHub {
    owner = "owner";
    repo = "tools";
    tag = "@owner/tool@1.2.0";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
}
