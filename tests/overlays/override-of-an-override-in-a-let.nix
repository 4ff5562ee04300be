self: super: {
  python3Packages = super.python3Packages // {
    accelerate =
      let
        plain = super.python3Packages.accelerate.override (old: { cuda = false; });
      in
      plain.overridePythonAttrs (
        final: old: {
          pname = "accelerate";
          version = "1.2.0";
          src = super.fetchFromGitLab {
            owner = "owner";
            repo = "accelerate";
            rev = "v${final.version}";
            hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
          };
        }
      );
  };
}
