final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchgit {
      url = "https://git.example.org/owner/tool.git";
      rev = "refs/tags/v${version}";
      fetchSubmodules = false;
      sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
