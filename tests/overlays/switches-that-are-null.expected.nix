final: prev: {
  tool = prev.mkDerivation (self: {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitLab {
      owner = "owner";
      repo = "tool";
      rev = "v${self.version}";
      postFetch = "";
      rootDir = "";
      tag = null;
      deepClone = false;
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
}
