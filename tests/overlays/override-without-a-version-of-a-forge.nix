final: prev: {
  tool = prev.tool.overrideAttrs {
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v1.2.0";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
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
