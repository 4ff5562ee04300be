final: prev: {
  tool = prev.tool.overrideAttrs (old: rec {
    pname = "tool";
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "v${version}";
      hash = "sha256-7m6A/c5qX/0sPCoetSHCh2YzyaDMrGAU2SVLmDK2gtM=";
    };
  });
  tool-next = final.tool.overrideAttrs (old: {
    pname = old.pname;
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      rev = "refs/tags/v1.2.0";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
}
