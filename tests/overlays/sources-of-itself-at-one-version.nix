final: prev: {
  tool = prev.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "1.2.0";
    srcs = [ finalAttrs.main finalAttrs.extra ];
    main = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/tool.tar.gz";
      hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
    extra = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/data.tar.gz";
      hash = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    };
  });
}
