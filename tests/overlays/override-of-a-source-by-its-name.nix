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
    version = "1.2.0";
    src = final.tool.src.override { rev = "v1.2.0"; hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
  });
}
