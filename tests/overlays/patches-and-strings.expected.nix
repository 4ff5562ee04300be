final: prev: {
  tool = prev.stdenv.mkDerivation rec {
    pname = "tool";
    version = "2.0.0";
    src = prev.fetchPypi {
      inherit pname version;
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
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
