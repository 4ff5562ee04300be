final: prev: {
  tool = prev.mkDerivation (finalAttrs: {
    pname = "tool";
    version = "2.0.0";
    srcs = [ finalAttrs.main finalAttrs.extra ];
    main = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/tool.tar.gz";
      hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
    extra = prev.fetchurl {
      url = "https://github.com/owner/tool/releases/download/v${finalAttrs.version}/data.tar.gz";
      hash = "sha256-gE9R9xJUxAgeN+fIhwc1YPSm+mza0gLprGfgMsQ+0eE=";
    };
  });
}
