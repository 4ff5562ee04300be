final: prev: {
  tool = prev.tool.overrideAttrs {
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v2.0.0";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
  other = prev.other.overrideAttrs {
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "other";
      tag = "v1.2.0";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  };
}
