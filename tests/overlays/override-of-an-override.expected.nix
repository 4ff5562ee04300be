final: prev: {
  other = (prev.accelerate.override { flag = true; }).overrideAttrs (old: rec {
    pname = "other";
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "other";
      tag = "v${version}";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
  again = (prev.accelerate.override { flag = false; }).overrideAttrs (old: rec {
    pname = "again";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "again";
      tag = "v${version}";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  });
}
