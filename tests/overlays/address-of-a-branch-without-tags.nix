final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "unstable-2024-01-01";
    src = builtins.fetchTarball {
      url = "https://github.com/owner/tool/archive/master.tar.gz";
      sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  };
}
