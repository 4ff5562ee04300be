final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    srcs = [
      (prev.fetchFromGitHub {
        owner = "owner";
        repo = "tool";
        tag = "v${version}";
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      })
      (prev.fetchurl {
        url = "https://example.org/tool-data-1.2.0.tar.gz";
        hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
      })
    ];
  };
}
