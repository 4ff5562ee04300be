self: super: {
  python3Packages = super.python3Packages // {
    scipy = super.python3Packages.scipy.overridePythonAttrs (old: {
      src = super.fetchzip {
        url = "https://github.com/owner/scipy/archive/v1.2.0.zip";
        sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };
      patches = old.patches or [ ] ++ [ ./fix.patch ];
    });
  };
}
