namespace DataOps.Core.Tests.Django.Models;

public sealed class ModelLabelTests
{
    [Theory]
    [InlineData("blog.post", "blog", "post")]
    [InlineData("blog.BlogPost", "blog", "blogpost")]
    [InlineData("Blog.post", "Blog", "post")]
    public void A_label_is_an_app_and_the_name_of_a_model(string text, string app, string name)
    {
        ModelLabel label = ModelLabel.Parse(text)!;

        Assert.Equal((app, name, $"{app}.{name}"), (label.App, label.Name, label.ToString()));
    }

    [Theory, InlineData(""), InlineData("blog"), InlineData("blog."), InlineData(".post")]
    public void A_text_without_both_is_no_label(string text) => Assert.Null(ModelLabel.Parse(text));

    [Fact]
    public void The_case_of_a_models_name_makes_no_difference_and_that_of_an_app_does()
    {
        HashSet<ModelLabel> labels = [new("blog", "post")];

        Assert.Contains(new ModelLabel("blog", "Post"), labels);
        Assert.DoesNotContain(new ModelLabel("Blog", "post"), labels);
        Assert.Equal("blog.Post", new ModelLabel("blog", "Post").ToString());
    }
}
