final: prev: {
  other = ((prev.accelerate.override { }).overridePythonAttrs (old: {
    doCheck = false;
  })).overrideAttrs (_: {
    version = "2.0.0";
    src = prev.fetchurl {
      url = "https://github.com/owner/other/archive/refs/tags/v2.0.0.tar.gz";
      sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  });
}
