final: prev: {
  other = ((prev.accelerate.override { }).overridePythonAttrs (old: {
    doCheck = false;
  })).overrideAttrs (_: {
    version = "1.2.0";
    src = prev.fetchurl {
      url = "https://github.com/owner/other/archive/refs/tags/v1.2.0.tar.gz";
      sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
    };
  });
}
