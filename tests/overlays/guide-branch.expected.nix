self: super: {
  python3Packages = super.python3Packages // {
    f5-tts = super.python3Packages.buildPythonPackage rec {
      pname = "f5-tts";
      version = "2.0.0";

      src = super.fetchFromGitHub {
        owner = "main-org";
        repo = "F5-TTS";
        rev = "v${version}";
        sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };

      # main is where upstream works
      meta.homepage = "https://github.com/main-org/F5-TTS/tree/main";
    };
  };
}
