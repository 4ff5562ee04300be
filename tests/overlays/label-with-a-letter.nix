final: prev: {
  tool = prev.mkDerivation rec {
    pname = "tool";
    version = "r1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "refs/tags/${version}";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
  other = prev.mkDerivation {
    pname = "other";
    version = "r1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "other";
      rev = "r1.2.0";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  };
}
