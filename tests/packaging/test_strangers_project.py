"""Projects outside the repository find an installed Weft, link with it and run."""

import os
import subprocess

import pytest

# Needs nothing of Weft but one function that every version has.
PROGRAM = """
#include <stdio.h>
#include <weft/weft.h>
int main(void) {
  puts(weft_version());
  return 0;
}
"""

CPP_PROGRAM = """
#include <cstdio>
#include <weft/weft.hpp>
int main() {
  const weft::Tensor x = weft::Tensor::from({3}, {1.0f, 2.0f, 3.0f});
  std::printf("%g", weft::call("sum", {x * x}).item<double>());
}
"""

CMAKE_PROJECT = """
cmake_minimum_required(VERSION 3.20)
project(stranger LANGUAGES C CXX)
find_package(weft {version} REQUIRED CONFIG)
add_executable(stranger stranger.c)
target_link_libraries(stranger PRIVATE weft::weft)
add_executable(stranger_cpp stranger.cpp)
target_link_libraries(stranger_cpp PRIVATE weft::weft)
"""


def run(*command, cwd, **environment) -> str:
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture
def project(tmp_path):
    (tmp_path / "stranger.c").write_text(PROGRAM)
    (tmp_path / "stranger.cpp").write_text(CPP_PROGRAM)
    return tmp_path


@pytest.fixture(scope="session")
def version(root) -> str:
    return (root / "VERSION").read_text().strip()


def test_cmake_project_finds_weft(project, prefix, cmake, version):
    (project / "CMakeLists.txt").write_text(CMAKE_PROJECT.format(version=version))
    run(cmake, "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", cwd=project)
    run(cmake, "--build", "build", cwd=project)
    assert run("build/stranger", cwd=project).strip() == version
    assert run("build/stranger_cpp", cwd=project) == "14"


@pytest.mark.parametrize("folder", ["", "python/weft"])
def test_cmake_project_finds_a_developers_build(folder, project, build_dir, cmake, version):
    if not (build_dir / "lib/cmake/weft/weftConfig.cmake").exists():
        pytest.skip("not run: there is no developer's build")
    (project / "CMakeLists.txt").write_text(CMAKE_PROJECT.format(version=version))
    run(cmake, "-B", "build", f"-DCMAKE_PREFIX_PATH={build_dir / folder}", cwd=project)
    run(cmake, "--build", "build", cwd=project)
    assert run("build/stranger", cwd=project).strip() == version


def test_cmake_refuses_another_minor_version(project, prefix, cmake):
    (project / "CMakeLists.txt").write_text(CMAKE_PROJECT.format(version="0.99"))
    with pytest.raises(AssertionError, match=r"requested version .0\.99"):
        run(cmake, "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", cwd=project)


def test_pkg_config_project_finds_weft(project, prefix, pkg_config, version):
    search = {"PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    flags = run(pkg_config, "--cflags", "--libs", "weft", cwd=project, **search).split()
    assert run(pkg_config, "--modversion", "weft", cwd=project, **search).strip() == version
    run("cc", "-std=c99", "stranger.c", "-o", "stranger", *flags, cwd=project)
    library_path = {"LD_LIBRARY_PATH": str(prefix / "lib")}
    assert run("./stranger", cwd=project, **library_path).strip() == version


def test_command_prints_flags_that_suffice(project, prefix, version):
    cli = pytest.importorskip("weft.cli")
    run(
        *("cc", "-std=c99", "stranger.c", "-o", "stranger"),
        *(*cli.cflags().split(), *cli.libs().split()),
        cwd=project,
    )
    assert run("./stranger", cwd=project).strip() == version
