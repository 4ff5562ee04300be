final: prev: {
  python3Packages = prev.python3Packages // {
    einops = prev.python3Packages.einops.overridePythonAttrs (old: rec {
      version = "1.2.0";
      src = prev.fetchFromGitHub {
        owner = "arogozhnikov";
        repo = "einops";
        tag = "v${version}";
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };
      postPatch = (old.postPatch or "") + "# 1.2.0";
    });
  };
}
