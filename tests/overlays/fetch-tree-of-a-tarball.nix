final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = builtins.fetchTree {
      type = "tarball";
      url = "https://github.com/owner/tool/archive/refs/tags/v${version}.tar.gz";
      narHash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
