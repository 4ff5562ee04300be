self: super: {
  python3Packages = super.python3Packages // {
    scipy = super.python3Packages.scipy.overridePythonAttrs (old: {
      src = super.fetchzip {
        url = "https://github.com/owner/scipy/archive/v2.0.0.zip";
        sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
      patches = old.patches or [ ] ++ [ ./fix.patch ];
    });
  };
}
