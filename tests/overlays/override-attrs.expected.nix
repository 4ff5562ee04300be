final: prev: {
  tool = prev.tool.overrideAttrs (finalAttrs: previousAttrs: {
    version = "1.2.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "tool";
      tag = "v${finalAttrs.version}";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
    patches = previousAttrs.patches or [ ] ++ [ ./fix.patch ];
  });
  other = prev.other.overrideAttrs (old: {
    version = "2.0.0";
    src = prev.fetchFromGitHub {
      owner = "owner";
      repo = "other";
      rev = "v2.0.0";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
}
