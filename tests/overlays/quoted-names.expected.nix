final: prev: {
  "quoted.tool" = prev.python3Packages.buildPythonPackage rec {
    "pname" = "quoted-tool";
    "version" = "2.0.0";
    "src" = prev.fetchFromGitHub {
      "owner" = "owner";
      "repo" = "tool";
      "rev" = "v${version}";
      "hash" = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    };
  };
}
