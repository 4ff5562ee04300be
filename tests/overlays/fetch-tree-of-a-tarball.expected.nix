final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = builtins.fetchTree {
      type = "tarball";
      url = "https://github.com/owner/tool/archive/refs/tags/v${version}.tar.gz";
      narHash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
