final: prev: {
  tool = prev.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v${version}";
      forceFetchGit = false;
      fetchLFS = false;
      leaveDotGit = false;
      sparseCheckout = [ ];
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
