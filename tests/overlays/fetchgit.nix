final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchgit {
      url = "https://git.example.org/owner/tool.git";
      rev = "refs/tags/v${version}";
      fetchSubmodules = false;
      sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
