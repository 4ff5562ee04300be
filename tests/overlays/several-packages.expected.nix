final: prev: {
  python3Packages = prev.python3Packages // {
    one = prev.python3Packages.buildPythonPackage rec {
      pname = "one";
      version = "2.0.0";
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = "tools";
        rev = "v${version}";
        hash = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
      };
    };

    # The next one must stay as it is
    two = prev.python3Packages.buildPythonPackage rec {
      pname = "two";
      version = "1.2.0";
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = "tools";
        rev = "v1.2.0";
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };
    };

    three = prev.python3Packages.buildPythonPackage {
      pname = "three";
      version = "1.2.0";
      src = prev.fetchPypi {
        pname = "three";
        version = "1.2.0";
        hash = "";
      };
    };
  };
}
