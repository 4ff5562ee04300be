final: prev: {
  tool = prev.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "v1.2.0";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  });
  tool-next = final.tool.overrideAttrs (old: {
    pname = "tool-next";
    version = "2.0.0";
    src = final.tool.src.override { rev = "v2.0.0"; hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
  });
}
