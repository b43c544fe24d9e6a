#include <fstream>
#include <iostream>
#include <string>

int main(int /*argc*/, char** argv) {
  std::ifstream data(std::string(argv[0]) + ".runfiles/_main/data.txt");
  std::string line;
  std::getline(data, line);
  std::cout << "native: " << line << '\n';
}
