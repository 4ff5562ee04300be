final: prev: {
  other = (prev.accelerate.override { flag = true; }).overrideAttrs (old: rec {
    pname = "other";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "other";
      tag = "v${version}";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
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
