self: super: {
  python3Packages = super.python3Packages // {
    accelerate =
      let
        plain = super.python3Packages.accelerate.override (old: { cuda = false; });
      in
      plain.overridePythonAttrs (
        final: old: {
          pname = "accelerate";
          version = "2.0.0";
          src = super.fetchFromGitLab {
            owner = "owner";
            repo = "accelerate";
            rev = "v${final.version}";
            hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
          };
        }
      );
  };
}
