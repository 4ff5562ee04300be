final: prev: {
  python3Packages = prev.python3Packages // {
    einops = prev.python3Packages.einops.overridePythonAttrs (old: rec {
      version = "2.0.0";
      src = prev.fetchFromGitHub {
        owner = "arogozhnikov";
        repo = "einops";
        tag = "v${version}";
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
      postPatch = (old.postPatch or "") + "# 1.2.0";
    });
  };
}
