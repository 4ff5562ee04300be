final: prev: {
  tool = prev.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v${version}";
      forceFetchGit = false;
      fetchLFS = false;
      leaveDotGit = false;
      sparseCheckout = [ ];
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
