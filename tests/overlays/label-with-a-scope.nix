final: prev: {
  tool = prev.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "@owner/tool@1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tools";
      tag = finalAttrs.version;
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
}
