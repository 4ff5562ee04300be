final: prev: {
  tool = prev.mkDerivation (self: {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitLab {
      owner = "owner";
      repo = "tool";
      rev = "v${self.version}";
      postFetch = "";
      rootDir = "";
      tag = null;
      deepClone = false;
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
}
