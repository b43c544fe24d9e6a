import java.nio.file.Files;
import java.nio.file.Path;

class Program {
  public static void main(String[] arguments) throws Exception {
    System.out.print("java: " + Files.readString(Path.of(System.getenv("RUNFILES"), "data.txt")));
  }
}
