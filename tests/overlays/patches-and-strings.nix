final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchPypi {
      inherit pname version;
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
    patches = [
      (prev.fetchpatch {
        url = "https://github.com/owner/tool/commit/1.2.0.patch";
        hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
      })
    ];
    postPatch = ''
      cp ${prev.fetchurl {
        url = "https://example.org/raw/main/table-1.2.0.json";
        hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
      }} table.json
    '';
  };
}
