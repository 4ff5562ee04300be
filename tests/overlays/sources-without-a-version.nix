final: prev: {
  table = prev.fetchurl {
    url = "https://example.org/raw/main/table.json";
    hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
  };
  tool = prev.stdenv.mkDerivation {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchurl {
      url = "https://github.com/owner/tool/raw/main/tool.py";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
    postPatch = "cp ${prev.fetchurl { url = "https://example.org/x.json"; hash = ""; }} .";
  };
  latest = builtins.fetchTarball "https://example.org/nixexprs.tar.xz";
  head = prev.stdenv.mkDerivation {
    pname = "head";
    version = "1.2.0";
    src = builtins.fetchGit "https://example.org/head.git";
  };
}
